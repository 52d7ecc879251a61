"""The entry of the app: `streamlit run streamlit_app.py`.

`streamlit run` imports this file once, to get the server `app`. What runs for every visit is the
router, cnnlib/ui/router.py.
"""

import streamlit as st

if __name__ == "__main__":  # run as a script, by a test for instance
    from cnnlib.ui.navigation import run_page

    run_page()
else:
    from starlette.middleware import Middleware

    from cnnlib.ui.kept_files import KeptFiles
    from cnnlib.ui.routes import make_routes
    from cnnlib.ui.server import PersonCookie, lifespan

    app = st.App(
        "cnnlib/ui/router.py",
        routes=make_routes(),
        middleware=[Middleware(KeptFiles), Middleware(PersonCookie)],
        lifespan=lifespan,
    )
