// Stands in for @bpmn-io/diagram-js-ui, so that the popup menu uses the one vendored preact.
export * from 'preact';
