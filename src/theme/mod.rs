//! Colours, type, spacing, icons; the only place a colour or a font is named.
