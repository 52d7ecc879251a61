"""The script that Streamlit runs for every visit.

It stands here, not at the top: beside a `pages` folder a fresh server takes that folder for the
list of pages, and answers the first visit by a page's own link with «Page not found».
"""

from cnnlib.ui.navigation import run_page

run_page()
