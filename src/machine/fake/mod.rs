//! A machine of pure make-believe: the whole pipeline runs on it in milliseconds.
