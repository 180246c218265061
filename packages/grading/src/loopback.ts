/**
 * Says in an environment that calls to this machine go past a proxy.
 *
 * grpc-js sends calls to the proxy of `http_proxy` and `https_proxy`, also those to 127.0.0.1, unless told otherwise.
 *
 * @see https://github.com/grpc/grpc/blob/v1.76.0/doc/environment_variables.md
 */
export function exemptLoopback(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const exempt = [env.no_grpc_proxy || env.no_proxy, '127.0.0.1', 'localhost', '::1'];
  return { ...env, no_grpc_proxy: exempt.filter(Boolean).join(',') };
}
