export { openRoutes, type Route, type RoutePolicy } from "./route.ts";
export { createServer, type FettleServer, type ServerOptions } from "./server.ts";
