//! Pages and their protection: design system, cookies, forms, headers, errors.
