"""The page «Your own data»: bring pictures, see what came of them, keep or remove data sets."""
