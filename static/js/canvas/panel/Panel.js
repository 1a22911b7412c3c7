// @ts-check
/** The form beside the canvas: for the selected item, dependency or note, or for the plan itself. */

import { html } from 'preact';
import { useDiagram } from '../shell/useDiagram.js';
import { DependencyForm, ForeignForm, ManyForm, NoteForm, PlanForm } from './forms.js';
import { ItemForm } from './ItemForm.js';

export function Panel({ diagram }) {
  useDiagram(diagram, ['selection.changed', 'commandStack.changed', 'problems.changed', 'names.changed']);
  const selection = diagram.get('selection').get();
  if (selection.length > 1) return html`<${ManyForm} diagram=${diagram} selection=${selection} />`;
  const [element] = selection;
  // The key makes a fresh form for every element, so that nothing half typed moves on to another.
  switch (element?.type) {
    case 'item': return html`<${ItemForm} key=${element.id} diagram=${diagram} card=${element} />`;
    case 'dependency': return html`<${DependencyForm} key=${element.id} diagram=${diagram} line=${element} />`;
    case 'foreign': return html`<${ForeignForm} key=${element.id} diagram=${diagram} card=${element} />`;
    case 'note': return html`<${NoteForm} key=${element.id} diagram=${diagram} card=${element} />`;
    default: return html`<${PlanForm} diagram=${diagram} />`;
  }
}
