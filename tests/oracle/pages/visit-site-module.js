import typeset, {options as shared} from './visit-site-math.js';
typeset(document.body, shared);
