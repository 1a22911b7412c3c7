// @ts-check
// The draft that lies open, for whatever part of a form needs more of it than its own place.

import { createContext } from 'preact';

export const Desk = createContext(/** @type {any} */ (null));
