"""Makes a maze, solves it, and draws it with the shortest way.

    maze.py [WIDTH HEIGHT [SEED]]
"""
import sys
from collections import deque
from random import Random

NORTH, EAST, SOUTH, WEST = STEPS = (0, -1), (1, 0), (0, 1), (-1, 0)


class Maze:
    def __init__(self, width, height, seed=None):
        self.width, self.height = width, height
        self.doors = {(x, y): set() for x in range(width) for y in range(height)}
        self.carve(Random(seed))

    def neighbours(self, cell):
        for dx, dy in STEPS:
            other = cell[0] + dx, cell[1] + dy
            if other in self.doors:
                yield other

    def carve(self, rng):
        """Depth first, with a stack of its own: every cell is reached by exactly one way; then a few loops are added."""
        stack, seen = [(0, 0)], {(0, 0)}
        while stack:
            if fresh := [c for c in self.neighbours(stack[-1]) if c not in seen]:
                cell = rng.choice(fresh)
                self.join(stack[-1], cell)
                seen.add(cell)
                stack.append(cell)
            else:
                stack.pop()
        for cell in rng.sample(sorted(self.doors), len(self.doors) // 20):
            self.join(cell, rng.choice(list(self.neighbours(cell))))

    def join(self, a, b):
        self.doors[a].add(b)
        self.doors[b].add(a)

    def solve(self, start, goal):
        came_from, queue = {start: None}, deque([start])
        while queue:
            cell = queue.popleft()
            if cell == goal:
                break
            for other in sorted(self.doors[cell]):
                if other not in came_from:
                    came_from[other] = cell
                    queue.append(other)
        way = [goal]
        while (cell := came_from[way[-1]]) is not None:
            way.append(cell)
        return way[::-1]

    def draw(self, way=()):
        canvas = [['#'] * (2 * self.width + 1) for _ in range(2 * self.height + 1)]
        for (x, y), doors in self.doors.items():
            canvas[2 * y + 1][2 * x + 1] = ' '
            for ox, oy in doors:
                canvas[y + oy + 1][x + ox + 1] = ' '
        for (x, y), (ox, oy) in zip(way, [*way[1:], way[-1]] if way else ()):
            canvas[2 * y + 1][2 * x + 1] = canvas[y + oy + 1][x + ox + 1] = '.'
        return '\n'.join(''.join(row).replace('#', '\N{FULL BLOCK}') for row in canvas)


def main(width=30, height=10, seed=7):
    maze = Maze(width, height, seed)
    way = maze.solve((0, 0), (width - 1, height - 1))
    assert all(b in maze.doors[a] for a, b in zip(way, way[1:])) and len(way) >= width + height - 1
    print(maze.draw(way))
    print(f'{len(way)} steps')


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
