from tests.integrations.certificates import certificate, tls

__all__ = ["certificate", "tls"]
