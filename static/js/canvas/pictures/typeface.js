// @ts-check
/** The typeface of the page, to be written into a picture: with another one words would be too wide for their cards. */

/** @param {string} words that the picture shows @returns {Promise<string>} a style element; empty where the typeface cannot be had */
export async function typefaceFor(words) {
  const letters = [...new Set(words)].map((letter) => letter.codePointAt(0) ?? 0);
  const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSFontFaceRule && covers(rule.style.getPropertyValue('unicode-range'), letters));
  const written = await Promise.all(faces.map((face) => within(/** @type {CSSFontFaceRule} */ (face)).catch(() => '')));
  return `<style>${written.join('')}</style>`;
}

/** @param {string} ranges such as "U+0-FF, U+131" @param {number[]} letters */
function covers(ranges, letters) {
  const spans = [...ranges.matchAll(/U\+([\da-f]+)(?:-([\da-f]+))?/gi)].map(([, from, to = from]) => [parseInt(from, 16), parseInt(to, 16)]);
  return letters.some((letter) => spans.some(([from, to]) => letter >= from && letter <= to));
}

/** @param {CSSFontFaceRule} face */
async function within({ style, parentStyleSheet }) {
  const source = /url\("?([^")]+)/.exec(style.getPropertyValue('src'))?.[1] ?? '';
  const answer = await fetch(new URL(source, parentStyleSheet?.href ?? document.baseURI));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const data = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
  const [family, weight, ranges] = ['font-family', 'font-weight', 'unicode-range'].map((name) => style.getPropertyValue(name));
  return `@font-face{font-family:${family};font-weight:${weight};unicode-range:${ranges};src:url(data:font/woff2;base64,${data})}`;
}
