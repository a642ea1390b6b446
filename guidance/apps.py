from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    name = "guidance"

    def ready(self) -> None:
        from guidance.selectors.agenda import due_items
        from partners.selectors.agendas import also_ask

        also_ask(due_items)
