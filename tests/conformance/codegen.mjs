// graphql-codegen's types under `tsc --strict`, in three ways that teams use; then the typed program runs.
import { spawnSync } from "node:child_process";
import { check, hold, report } from "./checks.mjs";
import { tell } from "./story.mjs";

const run = (command, ...given) => {
  const done = spawnSync(command, given, { encoding: "utf8" });
  hold(done.status === 0, done.stdout + done.stderr);
  return done.stdout;
};

await check("graphql-codegen makes the client, the types and the operations", async () => {
  run("node_modules/.bin/graphql-codegen", "--config", "codegen.json");
});
await check("tsc --strict takes them, and a program that uses them", async () => {
  run("node_modules/.bin/tsc", "--project", "tsconfig.json");
});
await check("tsc --strict refuses a field that nobody asked for", async () => {
  const done = spawnSync("node_modules/.bin/tsc", ["--project", "tsconfig.wrong.json"], { encoding: "utf8" });
  hold(done.status !== 0 && done.stdout.includes("shoeSize"), done.stdout);
});
await check("tsc --strict refuses a key with two ways to find a customer", async () => {
  const done = spawnSync("node_modules/.bin/tsc", ["--project", "tsconfig.wrong.json"], { encoding: "utf8" });
  hold(done.stdout.includes("CustomerKey"), done.stdout);
});
const typed = await import("./build/typed/typed.js").catch((error) => error);
await tell("codegen", async (name, variables) => typed[name](variables));
report("@graphql-codegen/cli");
