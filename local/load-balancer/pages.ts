import { STATUS_CODES } from "node:http";
import type { Answer } from "./model";

/** What the load balancer answers by itself: the status on a page. */
export function page(status: number): Answer {
  const title = [status, STATUS_CODES[status]].join(" ").trim();
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: [["content-type", "text/html"]], body };
}
