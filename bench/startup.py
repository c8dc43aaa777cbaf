"""The start of the interpreter and nothing else. This program alone takes milliseconds, whatever `n` is."""


def main(n):
    assert n == 1


if __name__ == '__main__':
    main(1)
