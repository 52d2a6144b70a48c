"""Notifiers for tests: they answer as told, and remember what they were asked."""

from threading import Event


class Told:
    """Gives these answers in turn; an exception is raised, a function is called first."""

    def __init__(self, *answers):
        self.answers, self.sent, self.closed = list(answers), [], False

    def send(self, message):
        self.sent.append(message)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    def close(self):
        self.closed = True


class Silent(Told):
    """Never answers until its connection is cut."""

    def __init__(self):
        super().__init__()
        self.cut = Event()

    def send(self, message):
        self.sent.append(message)
        self.cut.wait(10)

    def close(self):
        self.cut.set()
