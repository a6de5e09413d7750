import { headers, object } from './fields.ts';

/** What goes along with every request of the services that are called over plain HTTP. */
export const requestParts = [headers, object('params'), object('data')];
