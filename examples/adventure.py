"""A small text adventure: a parser that understands `put the brass key in the box`, a world of rooms and things, and match statements.

Run it on a terminal to play (type `help`), or with --demo to watch a game that solves it.
"""
import sys
from dataclasses import dataclass, field


@dataclass(eq=False)
class Thing:
    name: str
    text: str
    adjectives: tuple = ()
    portable: bool = True
    inside: list | None = None      # a container's contents
    locked: bool = False

    def __str__(self):
        return ' '.join((*self.adjectives, self.name))


@dataclass(eq=False)
class Room:
    name: str
    text: str
    exits: dict = field(default_factory=dict)
    things: list = field(default_factory=list)


DIRECTIONS = {'n': 'north', 's': 'south', 'e': 'east', 'w': 'west'}
DIRECTIONS |= {d: d for d in DIRECTIONS.values()}
NOISE = {'the', 'a', 'an', 'at', 'my', 'please'}
VERBS = {'get': 'take', 'grab': 'take', 'pick': 'take', 'x': 'examine', 'look': 'look', 'l': 'look', 'i': 'inventory', 'walk': 'go', 'unlock': 'open'}


class Game:
    def __init__(self):
        key = Thing('key', 'Small, of brass, with a snake on its bow.', ('brass',))
        self.pearl = Thing('pearl', 'It glows softly.', ('white',))
        box = Thing('box', 'A heavy iron box with a keyhole.', ('iron',), portable=False, inside=[self.pearl], locked=True)
        lamp = Thing('lamp', 'An oil lamp, cold.', ('old',))
        shore = Room('Shore', 'Grey water, grey sky. A path leads north.', things=[lamp])
        wood = Room('Wood', 'Tall trees. Something glitters in the leaves.', things=[key])
        hut = Room('Hut', 'One room, one window, no bed.', things=[box])
        shore.exits['north'], wood.exits['south'] = wood, shore
        wood.exits['east'], hut.exits['west'] = hut, wood
        self.here, self.bag, self.won = shore, [], False

    def visible(self):
        yield from self.bag
        for thing in self.here.things:
            yield thing
            if thing.inside and not thing.locked:
                yield from thing.inside

    def find(self, words):
        """The one visible thing that the words name: the last is its name, those before are adjectives."""
        *adjectives, name = words
        found = [t for t in self.visible() if t.name == name and set(adjectives) <= set(t.adjectives)]
        if not found:
            raise LookupError(f'You see no {' '.join(words)} here.')
        return found[0]

    def holder(self, thing):
        for pile in (self.bag, self.here.things, *(t.inside for t in self.here.things if t.inside is not None)):
            if thing in pile:
                return pile

    def describe(self):
        lines = [f'-- {self.here.name} --', self.here.text]
        if self.here.things:
            lines.append('You see: ' + ', '.join(f'{t}' for t in self.here.things) + '.')
        lines.append('Ways: ' + ', '.join(self.here.exits) + '.')
        return '\n'.join(lines)

    def do(self, line):
        words = [w for w in line.lower().replace(',', ' ').split() if w not in NOISE]
        if words:
            words[0] = VERBS.get(words[0], words[0])
        try:
            return self.act(words)
        except LookupError as e:
            return e.args[0]

    def act(self, words):
        match words:
            case []:
                return 'Say something.'
            case ['look']:
                return self.describe()
            case ['inventory']:
                return 'You carry: ' + (', '.join(map(str, self.bag)) or 'nothing') + '.'
            case [d] | ['go', d] if d in DIRECTIONS:
                if (way := self.here.exits.get(DIRECTIONS[d])) is None:
                    return 'There is no way there.'
                self.here = way
                return self.describe()
            case ['take', 'up', *what] | ['take', *what] if what:
                thing = self.find(what)
                if thing in self.bag:
                    return 'You have it already.'
                if not thing.portable:
                    return 'Too heavy.'
                self.holder(thing).remove(thing)
                self.bag.append(thing)
                self.won = thing is self.pearl
                return f'Taken: {thing}.' + (' The light fills the room. You have won.' if self.won else '')
            case ['drop', *what] if what:
                thing = self.find(what)
                if thing not in self.bag:
                    return 'You do not have it.'
                self.bag.remove(thing)
                self.here.things.append(thing)
                return 'Dropped.'
            case ['put', *what, 'in' | 'into', container]:
                box, thing = self.find([container]), self.find(what)
                if box.inside is None or box.locked:
                    return 'That does not work.'
                self.holder(thing).remove(thing)
                box.inside.append(thing)
                return f'The {thing} is in the {box}.'
            case ['open', *what] if what:
                thing = self.find(what)
                if not thing.locked:
                    return 'It is not locked.'
                if not any(t.name == 'key' for t in self.bag):
                    return 'It is locked, and you have no key.'
                thing.locked = False
                return f'The {thing} opens. Inside: ' + ', '.join(map(str, thing.inside)) + '.'
            case ['examine' | 'look', *what] if what:
                return self.find(what).text
            case ['help']:
                return 'Try: look, north, take KEY, examine BOX, open BOX, put LAMP in BOX, drop LAMP, inventory, quit.'
            case [verb, *_]:
                return f'You do not know how to {verb}.'


DEMO = '''look; take the old lamp; north; examine leaves; pick up the brass key; east; take the iron box; examine box
open the box; put lamp in box; sing; inventory; take the white pearl'''


def main():
    game = Game()
    if '--demo' in sys.argv or not sys.stdin.isatty():
        for line in DEMO.replace('\n', ';').split(';'):
            print(f'> {line.strip()}\n{game.do(line)}\n')
        assert game.won
        return
    print(game.describe())
    while not game.won:
        try:
            line = input('> ')
        except EOFError:
            break
        if line.strip() in ('quit', 'q'):
            break
        print(game.do(line))


if __name__ == '__main__':
    main()
