// What a suite found, one named check after the other; printed at the end as one line of JSON.
import { createRequire } from "node:module";

const found = [];

/** Try one thing; that it threw is its failure. */
export async function check(name, work) {
  try {
    await work();
    found.push({ name, ok: true });
  } catch (error) {
    found.push({ name, ok: false, why: String(error?.message ?? error).slice(0, 500) });
  }
}

/** Throw unless something holds. */
export function hold(holds, otherwise) {
  if (!holds) throw new Error(typeof otherwise === "string" ? otherwise : JSON.stringify(otherwise));
}

/** Say what was found, with the version of the package that was tried. */
export function report(packageName) {
  const { version } = createRequire(import.meta.url)(`./node_modules/${packageName}/package.json`);
  process.stdout.write(`${JSON.stringify({ version, checks: found })}\n`);
}

/** Where the server is, and what everybody sends. */
export const url = process.env.CONFORMANCE_URL;
export const authorization = { authorization: `Bearer ${process.env.CONFORMANCE_TOKEN}` };
export const swedish = { "accept-language": "sv" };
