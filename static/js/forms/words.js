// @ts-check
// What people read for the fixed words of documents.

export const DOMAINS = [
  { value: 'product', text: 'Product: what customers order' }, { value: 'service', text: 'Service: what products are made of' },
  { value: 'resource', text: 'Resource: what services need' }
];

export const ACTIONS = [
  { value: 'add', text: 'Add' }, { value: 'modify', text: 'Modify' }, { value: 'delete', text: 'Delete' }, { value: 'noChange', text: 'No change' },
  { value: 'suspend', text: 'Suspend' }, { value: 'resume', text: 'Resume' }, { value: 'move', text: 'Move' }
];

export const TYPES = [
  { value: 'string', text: 'Text' }, { value: 'number', text: 'Number' }, { value: 'boolean', text: 'Yes or no' }, { value: 'date', text: 'Date' },
  { value: 'time', text: 'Time' },
  { value: 'time', text: 'Time' }, { value: 'date and time', text: 'Date and time' },
  { value: 'days and time duration', text: 'Duration in days and hours' }, { value: 'years and months duration', text: 'Duration in years and months' },
  { value: 'list', text: 'List' }, { value: 'context', text: 'Context' }, { value: 'Any', text: 'Anything' }
];

export const ROLES = [
  { value: 'fulfilment agent', text: 'Fulfilment agents' }, { value: 'fulfilment manager', text: 'Fulfilment managers' },
  { value: 'order agent', text: 'Order agents' }, { value: 'order approver', text: 'Order approvers' }, { value: 'fallout agent', text: 'Fallout agents' }
];
