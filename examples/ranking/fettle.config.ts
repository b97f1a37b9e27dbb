import { defineConfig } from "fettle";

export default defineConfig({});
