using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "@cloudflare/workers-oauth-provider",
     esModule = embed "../node_modules/@cloudflare/workers-oauth-provider/dist/oauth-provider.js"),
  ],
  compatibilityDate = "2026-06-01",
  # Without it the provider warns of a feature that it then switches off.
  compatibilityFlags = ["global_fetch_strictly_public"],
);
