// One copy of preact, its hooks and htm for the whole application: two copies share no state and fail silently.
export * from 'preact';
export * from 'preact/hooks';
export { html } from 'htm/preact';
