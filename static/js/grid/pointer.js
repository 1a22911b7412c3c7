// @ts-check
// What the mouse, a pen or a finger does to the grid: select, fill, drag rows, drag and resize columns.

import { ROW } from './drawing.js';

const EDGE = 28; // px from the edge of the grid where dragging scrolls it
const STARTS = 4; // px before a press is a drag

/** @param {{scroller: HTMLElement, sheet: any, drawing: any, editor: any, acts: any}} parts */
export function pointersOf({ scroller, sheet, drawing, editor, acts }) {
  /** @type {((event: PointerEvent) => void) | null} */
  let dragged = null;
  /** @type {((event: PointerEvent, dropped: boolean) => void) | null} */
  let released = null;
  let lastPoint = { x: 0, y: 0 };
  let scrolling = 0;

  scroller.addEventListener('pointerdown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.button !== 0 || target.closest('button, a, .cell-editor')) return;
    if (target.closest('.fill-handle')) return filling(event);
    const edge = target.closest('[data-column-edge]');
    const header = target.closest('.column-head');
    const rowHead = target.closest('.row-head');
    if (edge) return resizing(event, /** @type {HTMLElement} */ (edge).dataset.columnEdge);
    if (header) return columnPressed(event, Number(/** @type {HTMLElement} */ (header).dataset.column));
    if (rowHead) return rowPressed(event);
    if (target.closest('.cell')) cellPressed(event);
  });

  function cellPressed(event) {
    const at = drawing.placeAt(event.clientX, event.clientY);
    if (event.pointerType === 'touch') return sheet.go(at);
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    sheet.go(at, { extend: event.shiftKey, add: event.ctrlKey || event.metaKey, mode: 'cells', alone: true });
    follow(event, (move) => {
      const over = drawing.placeAt(move.clientX, move.clientY);
      sheet.go({ row: over.row, column: Math.max(0, over.column) }, { extend: true, mode: 'cells' });
    });
  }

  function rowPressed(event) {
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    const { row } = drawing.placeAt(event.clientX, event.clientY);
    const add = event.ctrlKey || event.metaKey;
    const chosen = sheet.mode === 'rows' && sheet.ranges.some(({ top, bottom }) => row >= top && row <= bottom) && !event.shiftKey && !add;
    if (chosen && !sheet.sorting) return draggingRows(event, row);
    sheet.go({ row, column: 0 }, { extend: event.shiftKey, add, mode: 'rows', alone: true });
    if (event.shiftKey || add || sheet.sorting) return;
    // The grip drags at once; the number next to it selects more rows.
    if (event.clientX - scroller.getBoundingClientRect().left < 18) return draggingRows(event, row);
    follow(event, (move) => sheet.go({ row: drawing.placeAt(move.clientX, move.clientY).row, column: 0 }, { extend: true, mode: 'rows' }));
  }

  function draggingRows(event, pressed) {
    const start = event.clientY;
    let line = null;
    let to = -1;
    follow(event, (move) => {
      if (!line && Math.abs(move.clientY - start) < STARTS) return;
      line ??= drawing.body.appendChild(Object.assign(document.createElement('div'), { className: 'drop-line' }));
      scroller.classList.add('dragging');
      const { down } = drawing.placeAt(move.clientX, move.clientY);
      to = Math.max(0, Math.min(sheet.count, Math.round(down)));
      line.style.transform = `translateY(${to * ROW - 1}px)`;
    }, (_event, dropped) => {
      line?.remove();
      scroller.classList.remove('dragging');
      if (!line) return sheet.go({ row: pressed, column: 0 }, { mode: 'rows' });
      if (dropped && to >= 0) sheet.moveRows(to);
    });
  }

  function columnPressed(event, index) {
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    const column = sheet.columns[index];
    const start = event.clientX;
    let line = null;
    let to = -1;
    follow(event, (move) => {
      if (!line && Math.abs(move.clientX - start) < STARTS) return;
      line ??= scroller.appendChild(Object.assign(document.createElement('div'), { className: 'drop-column' }));
      scroller.classList.add('dragging');
      const over = sheet.columns[Math.max(0, drawing.placeAt(move.clientX, move.clientY).column)];
      if (over?.part !== column.part) return;
      const at = sheet.columns.indexOf(over);
      const { left, width } = drawing.boundsOf({ row: 0, column: at });
      to = over.index;
      line.style.transform = `translateX(${left + (at > index ? width : 0) - 1}px)`;
    }, (_event, dropped) => {
      line?.remove();
      scroller.classList.remove('dragging');
      if (line && dropped && to >= 0) return acts.moveColumn(column, to);
      if (!line) sheet.go({ row: 0, column: index }, { extend: event.shiftKey, add: event.ctrlKey || event.metaKey, mode: 'columns', alone: true });
    });
  }

  function resizing(event, id) {
    event.preventDefault();
    const column = sheet.columns.find((each) => each.id === id);
    const start = event.clientX;
    const width = sheet.width(column);
    follow(event, (move) => sheet.resize(id, width + move.clientX - start), (_event, dropped) => {
      if (!dropped) sheet.resize(id, width);
      sheet.keepLayout();
    });
  }

  /** The handle of the selection repeats it as far as it is dragged: along the rows, or along the columns. */
  function filling(event) {
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    const from = sheet.range;
    let line = null;
    let to = from;
    follow(event, (move) => {
      const over = drawing.placeAt(move.clientX, move.clientY);
      const down = Math.max(over.row - from.bottom, from.top - over.row, 0);
      const across = Math.max(over.column - from.right, from.left - Math.max(0, over.column), 0);
      if (down) to = { ...from, top: Math.min(from.top, over.row), bottom: Math.max(from.bottom, over.row) };
      else if (across) to = { ...from, left: Math.min(from.left, Math.max(0, over.column)), right: Math.max(from.right, over.column) };
      else to = from;
      line ??= drawing.body.appendChild(Object.assign(document.createElement('div'), { className: 'fill-range' }));
      drawing.cover(line, to);
    }, (_event, dropped) => {
      line?.remove();
      if (dropped && to !== from) sheet.fillInto(to);
    });
  }

  scroller.addEventListener('dblclick', (event) => {
    // The pointer was captured for a possible drag, so the event itself no longer knows what is under it.
    const target = document.elementFromPoint(event.clientX, event.clientY);
    if (!target) return;
    if (target.closest('.fill-handle')) return acts.fillToEnd();
    const edge = /** @type {HTMLElement | null} */ (target.closest('[data-column-edge]'));
    if (edge) return acts.fitColumn(edge.dataset.columnEdge);
    const header = /** @type {HTMLElement | null} */ (target.closest('.column-head'));
    if (header && !target.closest('button')) return acts.editColumn(sheet.columns[Number(header.dataset.column)]);
    if (target.closest('.cell')) editor.start(drawing.placeAt(event.clientX, event.clientY));
  });

  /** @param {PointerEvent} event */
  function follow(event, move, end = () => {}) {
    const id = event.pointerId;
    scroller.setPointerCapture(id);
    lastPoint = { x: event.clientX, y: event.clientY };
    dragged = (next) => {
      lastPoint = { x: next.clientX, y: next.clientY };
      move(next);
      scrolling ||= requestAnimationFrame(scrollAlong);
    };
    released = end;
  }

  function scrollAlong() {
    scrolling = 0;
    if (!dragged) return;
    const bounds = scroller.getBoundingClientRect();
    const near = (at, low, high) => (at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0);
    const down = near(lastPoint.y, bounds.top + drawing.head.offsetHeight, bounds.bottom);
    const right = near(lastPoint.x, bounds.left, bounds.right);
    if (!down && !right) return;
    scroller.scrollBy(right, down);
    dragged(/** @type {any} */ ({ clientX: lastPoint.x, clientY: lastPoint.y }));
  }

  const finish = (dropped) => (event) => {
    if (!dragged) return;
    const end = released;
    dragged = released = null;
    if (event.pointerId !== undefined && scroller.hasPointerCapture(event.pointerId)) scroller.releasePointerCapture(event.pointerId);
    end?.(event, dropped);
  };
  // Escape leaves what is dragged where it was.
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !dragged) return;
    event.preventDefault();
    event.stopPropagation();
    finish(false)(event);
  }, { capture: true });
  scroller.addEventListener('pointermove', (event) => dragged?.(event));
  scroller.addEventListener('pointerup', finish(true));
  scroller.addEventListener('pointercancel', finish(false));
}
