/**
 * Which files have their functions recorded: the user's own by default, never
 * those of a package; with `--functions`, what its globs say.
 *
 * @module
 */
import type { FunctionSelection } from "../../model/program_config.ts";

const EXTENSIONS = "\\.[cm]?[jt]sx?$";

/**
 * A pattern that matches the absolute paths of the files to transform, and no
 * others: Bun lets no file through that its filter has caught.
 */
export function selectionPattern(selection: FunctionSelection): RegExp {
  const { root, include, exclude } = selection;
  const excluded = exclude.map((path) => `(?!${escaped(path)}(?:/|$))`).join("");
  // Declaration files hold no functions and importing one is an error of its own.
  const never = `${excluded}(?!.*\\.d\\.[cm]?ts$)`;
  const globs = include.length === 0
    ? [`${escaped(root)}/(?!(?:.*/)?node_modules/).*`]
    : include.map((glob) => {
      return glob.startsWith("/") ? globPattern(glob) : `${escaped(root)}/${globPattern(glob)}`;
    });
  return new RegExp(`^${never}(?=.*${EXTENSIONS})(?:${globs.join("|")})$`);
}

/** `*` within a folder, `**` over folders, `?`, `{a,b}`; a folder means all that is in it. */
function globPattern(glob: string): string {
  let pattern = "";
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    if (glob.startsWith("**/", i)) {
      pattern += "(?:.*/)?";
      i += 2;
    } else if (glob.startsWith("**", i)) {
      pattern += ".*";
      i += 1;
    } else if (char === "*") pattern += "[^/]*";
    else if (char === "?") pattern += "[^/]";
    else if (char === "{" && glob.includes("}", i)) {
      pattern += "(?:";
      depth++;
    } else if (char === "}" && depth > 0) {
      pattern += ")";
      depth--;
    } else if (char === "," && depth > 0) pattern += "|";
    else pattern += escaped(char);
  }
  return `${pattern}(?:/.*)?`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
