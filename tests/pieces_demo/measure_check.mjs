// Holds the counter of the browser against texts measured with the carrier's own calculator, without a browser:
//   node tests/pieces_demo/measure_check.mjs parts.json      ({"name": {"text": …, "encoding": …, "parts": …}, …})
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const source = readFileSync(new URL("../../app/static/js/counter.js", import.meta.url), "utf8");
const window = { addEventListener() {} };
runInNewContext(source, { window, document: { addEventListener() {} } });

const golden = Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")));
const wrong = golden.filter(([, { text, encoding, parts }]) => {
  const seen = window.smsMeasure(text);
  return seen.encoding !== encoding || seen.parts !== parts;
});
for (const [name, { text, ...wanted }] of wrong) {
  console.error(name, "wanted", wanted, "saw", window.smsMeasure(text));
}
console.log(`${golden.length - wrong.length} of ${golden.length} texts agree`);
process.exitCode = wrong.length ? 1 : 0;
