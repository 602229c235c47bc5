import pytest
from sqlalchemy import update

from config import Settings, UnsafeSettings, normal_database_url
from ideaboard import create_app
from ideaboard.accounts.demo_people import demo_people_exist
from ideaboard.extensions import db
from ideaboard.models import Person


def in_production(own_app, tmp_path):
    return create_app(
        Settings(
            environment="production",
            database_url=normal_database_url(own_app.config["SQLALCHEMY_DATABASE_URI"]),
            secret_key="x" * 40,
            public_url="https://ideas.example.org",
            smtp_url="smtp://localhost",
            mail_from="ideas@example.org",
            data_dir=tmp_path,
        )
    )


def test_production_does_not_start_beside_demo_people(own_app, tmp_path):
    close(in_production(own_app, tmp_path))
    with own_app.app_context():
        assert not demo_people_exist()
        db.session.execute(update(Person).where(Person.email == "vera@example.org").values(origin="demo"))
        db.session.commit()
    with pytest.raises(UnsafeSettings, match="Start for real"):
        in_production(own_app, tmp_path)


def test_demo_people_who_come_later_are_served_by_nothing(own_app, tmp_path):
    app = in_production(own_app, tmp_path)
    with own_app.app_context():
        db.session.execute(update(Person).where(Person.email == "vera@example.org").values(origin="demo"))
        db.session.commit()
    assert app.test_client().get("/sign-in").status_code == 500
    close(app)


def close(app) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
