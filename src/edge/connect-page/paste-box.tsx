import type { Field } from '../../core/catalog/fields.ts';
import { asTyped } from './control-attributes.ts';
import { inputName } from './form-config.ts';
import type { PasteKind } from './paste.ts';
import type { Words } from './words/words.en.ts';

type PasteBoxProps = {
  id: string;
  name: string;
  kind: PasteKind;
  /** The fields that the pasted text can fill. */
  fields: readonly Field[];
  words: Words;
};

/**
 * An input for a whole JSON file or connection string. The script moves its parts into the fields at once
 * and empties it; without script the server reads it with the form. It never shows what was pasted before.
 */
export function PasteBox({ id, name, kind, fields, words }: PasteBoxProps) {
  const isFile = kind === 'json_file';
  const attributes = { id, name, 'aria-describedby': `${id}-help`, ...asTyped };
  const inputs = fields.map((field) => [field.name, inputName(field)]);
  return (
    <div
      class="field paste"
      data-paste={kind}
      data-inputs={JSON.stringify(Object.fromEntries(inputs))}
      data-done={words.pasteDone}
      data-useless={words.pasteUseless}
      data-choose={isFile ? words.chooseFile : undefined}
    >
      <label for={id}>
        {isFile ? words.pasteFile : words.pasteUrl} <small>{words.optional}</small>
      </label>
      {isFile ? (
        <textarea class="masked" {...attributes} />
      ) : (
        <div class="secret" data-show={words.show} data-hide={words.hide}>
          <input type="password" {...attributes} autocomplete="new-password" />
        </div>
      )}
      <p class="help" id={`${id}-help`}>
        {isFile ? words.pasteFileHint : words.pasteUrlHint}
      </p>
      <p class="help" role="status" />
    </div>
  );
}
