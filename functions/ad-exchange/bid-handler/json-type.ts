/** Whether a body is said to be JSON, as `application/json` or a type made of it (RFC 6839, 3.1). */
export const isJsonType = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/([a-z0-9.-]+\+)?json *(;|$)/i.test(contentType);
