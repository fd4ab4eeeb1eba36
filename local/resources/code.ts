import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Paths within a function's code, with `/`, and their content. */
export type Files = ReadonlyMap<string, Buffer>;

/**
 * The files that an archive of the program stands for.
 * @throws for a zip file or a URL: the program's code is bundled in memory or lies in folders
 */
export async function filesOf(archive: unknown): Promise<Files> {
  const files = new Map<string, Buffer>();
  await collect(archive, "", files);
  return files;
}

async function collect(source: unknown, path: string, files: Map<string, Buffer>): Promise<void> {
  const { asset } = pulumi;
  if (source instanceof asset.StringAsset) files.set(path, Buffer.from(await source.text));
  else if (source instanceof asset.FileAsset) files.set(path, await readFile(await source.path));
  else if (source instanceof asset.AssetArchive) {
    for (const [name, inner] of Object.entries(await source.assets)) await collect(inner, join(path, name), files);
  } else if (source instanceof asset.FileArchive) await collectFolder(await source.path, path, files);
  else throw new Error("code is neither text, nor a file, nor a folder; give an AssetArchive of those.");
}

async function collectFolder(folder: string, path: string, files: Map<string, Buffer>): Promise<void> {
  if (!(await stat(folder)).isDirectory())
    throw new Error(`code is the file ${folder}; give a folder or an AssetArchive.`);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(join(path, relative(folder, file)).split(sep).join("/"), await readFile(file));
  }
}

/** Writes files into a new folder for `name`; answers the folder. */
export async function writeFiles(parent: string, name: string, files: Files): Promise<string> {
  const folder = join(parent, name);
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (relative(folder, file).startsWith("..")) throw new Error(`code has a file ${path}, outside its own folder.`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}
