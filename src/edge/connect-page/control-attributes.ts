/** The name of a control, and the attributes that link it to its label and hints. */
export type ControlAttributes = {
  id: string;
  name: string;
  autofocus: boolean;
  required: true | undefined;
  'aria-invalid': 'true' | undefined;
  'aria-describedby': string | undefined;
};

/** Attributes that keep browsers from changing or storing typed credentials. */
export const asTyped: Record<string, unknown> = {
  autocomplete: 'off',
  autocapitalize: 'none',
  autocorrect: 'off',
  spellcheck: 'false',
};
