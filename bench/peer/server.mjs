// PostGraphile 5 as its documentation sets it up for production: Amber preset, no watching, no explorer, pool of 16.
// Argument: the port; the database is in DATABASE_URL. Says "ready" on standard output.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { postgraphile } from "postgraphile";

const [port] = process.argv.slice(2);
const url = process.env.DATABASE_URL;

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: url,
      schemas: ["peer"],
      poolConfig: { max: 16, options: "-c jit=off" },
    }),
  ],
  grafserv: { watch: false, graphiql: false, graphqlPath: "/graphql" },
  grafast: { explain: false },
});

const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
const serv = pgl.createServ(grafserv);
await serv.addTo(server);
await serv.ready;
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
