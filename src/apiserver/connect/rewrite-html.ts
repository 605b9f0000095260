import { RewritingStream } from 'parse5-html-rewriting-stream';

/** Attributes of pages that hold a URL. */
const URL_ATTRIBUTES = new Set([
  'action',
  'background',
  'cite',
  'data',
  'formaction',
  'href',
  'icon',
  'longdesc',
  'manifest',
  'poster',
  'src',
  'usemap',
]);

/** A stream that changes the URLs in the attributes of a page and leaves everything else as it is. */
export function rewriteHtml(edit: (url: string) => string): NodeJS.ReadWriteStream {
  const stream = new RewritingStream();
  stream.on('startTag', (tag, rawHtml) => {
    const urls = tag.attrs.filter(({ name }) => URL_ATTRIBUTES.has(name));
    const changed = urls.filter((attribute) => {
      const url = edit(attribute.value);
      const isChanged = url !== attribute.value;
      attribute.value = url;
      return isChanged;
    });
    if (changed.length > 0) stream.emitStartTag(tag);
    else stream.emitRaw(rawHtml);
  });
  return stream;
}
