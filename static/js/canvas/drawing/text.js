// @ts-check
/** Text that fits: measured on a canvas of our own, so that drawing never forces a layout of the page. */

const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
const FAMILY = '"Inter Variable", Inter, system-ui, sans-serif';

/** @type {Map<string, number>} */
const widths = new Map();

/** @param {string} text @param {string} font such as "600 13px" @returns {number} pixels */
export function widthOf(text, font) {
  const name = `${font}|${text}`;
  let width = widths.get(name);
  if (width === undefined) {
    pen.font = `${font} ${FAMILY}`;
    width = pen.measureText(text).width;
    if (widths.size > 20000) widths.clear();
    widths.set(name, width);
  }
  return width;
}

/** Waits for the typeface, so that nothing is measured in another one. */
export async function loadTypeface() {
  await Promise.all(['400 12px', '600 13px'].map((font) => document.fonts.load(`${font} ${FAMILY}`))).catch(() => []);
  widths.clear();
}

/** @param {string} text @param {number} room in pixels @param {string} font */
export function shortened(text, room, font) {
  if (widthOf(text, font) <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(`${text.slice(0, middle).trimEnd()}…`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/**
 * The text in at most `count` lines; a word too long for a line is broken, the last line is shortened.
 * @param {string} text @param {number} room @param {string} font @param {number} count @returns {string[]}
 */
export function lines(text, room, font, count) {
  const found = [];
  let rest = text.trim();
  while (rest && found.length < count - 1 && widthOf(rest, font) > room) {
    let end = 0;
    for (let at = rest.indexOf(' '); at !== -1 && widthOf(rest.slice(0, at), font) <= room; at = rest.indexOf(' ', at + 1)) {
      end = at;
    }
    if (!end) {
      end = 1;
      while (end < rest.length && widthOf(rest.slice(0, end + 1), font) <= room) end += 1;
    }
    found.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (rest) found.push(shortened(rest, room, font));
  return found;
}
