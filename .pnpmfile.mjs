/**
 * The Node packages of the registry declare `os` and `cpu` as strings, which pnpm ignores;
 * as arrays they keep every platform from installing all five Node binaries.
 */
export const hooks = {
  readPackage(manifest) {
    if (/^node-(linux|darwin|win|bin)-/.test(manifest.name)) {
      for (const field of ['os', 'cpu']) {
        if (typeof manifest[field] === 'string') manifest[field] = [manifest[field]];
      }
    }
    return manifest;
  },
};
