"""The pages of the templates."""

from app.message_templates.views import template_detail, template_editing, template_list
from app.message_templates.views.blueprint import bp

__all__ = ["bp", "template_detail", "template_editing", "template_list"]
