// @ts-check
import { ConnectModule, ContextPadModule, PopupMenuModule } from 'diagram-js';
import ContextPadProvider from './ContextPadProvider.js';
import KindMenuProvider from './KindMenuProvider.js';

export default {
  __depends__: [ContextPadModule, PopupMenuModule, ConnectModule],
  __init__: ['contextPadProvider', 'kindMenuProvider'],
  contextPadProvider: ['type', ContextPadProvider],
  kindMenuProvider: ['type', KindMenuProvider]
};
