"""The base of every shape that editors' YAML is read into: an unknown key is refused, and nothing changes later."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A frozen shape that knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
