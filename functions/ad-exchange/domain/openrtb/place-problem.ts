import type { Fields } from "../../../shared/fields";
import type { App, Content, Data, Dooh, Publisher, Segment, Site } from "./bid-request";
import { code, object, objects, text, texts, tolerate } from "./checks";

/** What is wrong with a site, [3.2.13], or "". */
export function siteProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = siteAttribute(name as keyof Site, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function siteAttribute(key: keyof Site, value: unknown): string {
  switch (key) {
    case "page":
    case "ref":
    case "search":
      return text(value);
    default:
      return placeAttribute(key, value);
  }
}

/** What is wrong with an app, [3.2.14], or "". */
export function appProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = appAttribute(name as keyof App, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function appAttribute(key: keyof App, value: unknown): string {
  switch (key) {
    case "bundle":
    case "storeurl":
    case "ver":
      return text(value);
    default:
      return placeAttribute(key, value);
  }
}

/** What is wrong with a screen out of home, [3.2.32], or "". */
export function doohProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = doohAttribute(name as keyof Dooh, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function doohAttribute(key: keyof Dooh, value: unknown): string {
  switch (key) {
    case "id":
    case "name":
    case "domain":
    case "keywords":
      return text(value);
    case "venuetype":
      return texts(value);
    case "publisher":
      return object(value, publisherProblem);
    case "content":
      return object(value, contentProblem);
    default:
      return tolerate(key);
  }
}

/** What site and app share. */
function placeAttribute(key: keyof Site & keyof App, value: unknown): string {
  switch (key) {
    case "id":
    case "name":
    case "domain":
    case "keywords":
      return text(value);
    case "cat":
    case "sectioncat":
    case "pagecat":
      return texts(value);
    case "cattax":
      return code(value);
    case "publisher":
      return object(value, publisherProblem);
    case "content":
      return object(value, contentProblem);
    default:
      return tolerate(key);
  }
}

function publisherProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = publisherAttribute(name as keyof Publisher, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function publisherAttribute(key: keyof Publisher, value: unknown): string {
  switch (key) {
    case "id":
    case "name":
    case "domain":
      return text(value);
    case "cat":
      return texts(value);
    default:
      return tolerate(key);
  }
}

function contentProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = contentAttribute(name as keyof Content, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function contentAttribute(key: keyof Content, value: unknown): string {
  switch (key) {
    case "id":
    case "genre":
    case "language":
      return text(value);
    case "cat":
      return texts(value);
    case "cattax":
      return code(value);
    case "data":
      return objects(value, dataProblem);
    default:
      return tolerate(key);
  }
}

export function dataProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = dataAttribute(name as keyof Data, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function dataAttribute(key: keyof Data, value: unknown): string {
  switch (key) {
    case "id":
    case "name":
      return text(value);
    case "segment":
      return objects(value, segmentProblem);
    default:
      return tolerate(key);
  }
}

function segmentProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = segmentAttribute(name as keyof Segment, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function segmentAttribute(key: keyof Segment, value: unknown): string {
  switch (key) {
    case "id":
    case "name":
    case "value":
      return text(value);
    default:
      return tolerate(key);
  }
}
