"""Which of COCO's classes a person's category is like, by its name."""

from __future__ import annotations

import re

from trainer.coco_weights import NAMES

_KIN = (
    ("person", "people human man men woman women child children boy girl baby pedestrian player"),
    ("person", "worker driver rider kid lady guy teacher pupil student swimmer runner dancer"),
    ("bicycle", "bike cyclist tricycle"),
    ("car", "taxi cab sedan suv jeep limousine automobile vehicle"),
    ("car, truck", "van pickup ambulance minivan"),
    ("truck", "lorry tractor excavator bulldozer digger trailer forklift"),
    ("bus", "minibus coach"),
    ("train", "tram locomotive subway wagon carriage"),
    ("motorcycle", "motorbike scooter moped"),
    ("airplane", "plane aeroplane aircraft jet helicopter glider drone"),
    ("boat", "ship ferry sailboat canoe kayak yacht"),
    ("bird", "duck goose chicken hen rooster chick pigeon dove owl eagle hawk parrot penguin swan"),
    ("bird", "crow raven magpie sparrow seagull gull turkey flamingo heron stork robin finch"),
    ("cat", "kitten kitty lion lioness tiger leopard lynx puma cheetah panther jaguar"),
    ("dog", "puppy wolf coyote jackal dingo hyena"),
    ("dog, cat", "fox"),
    ("cat, dog, bear", "raccoon racoon squirrel rabbit bunny hare hamster hedgehog badger ferret"),
    ("cat, dog, bear", "otter beaver rat weasel marten skunk opossum possum chipmunk meerkat"),
    (
        "cat, dog, bear",
        "monkey ape chimpanzee gorilla lemur koala kangaroo wombat sloth animal pet",
    ),
    ("bear", "panda grizzly"),
    ("horse", "pony foal donkey mule"),
    ("horse, cow, sheep", "deer moose elk goat llama alpaca camel antelope gazelle reindeer"),
    ("cow", "bull ox calf bison buffalo cattle"),
    ("cow, sheep, elephant", "pig piglet boar hippo hippopotamus rhino rhinoceros tapir"),
    ("sheep", "lamb ram"),
    ("backpack, handbag, suitcase", "bag rucksack satchel purse luggage briefcase"),
    ("sports ball", "ball football soccer basketball volleyball baseball"),
    ("bottle", "flask thermos jar"),
    ("bottle, cup", "can tin beaker"),
    ("cup", "mug teacup goblet"),
    ("cup, wine glass", "glass tumbler"),
    ("bowl", "plate dish pan pot saucer"),
    ("apple, orange", "fruit lemon lime mandarin tangerine peach tomato pear plum apricot mango"),
    ("sandwich, hot dog", "bread burger hamburger bun roll toast sausage"),
    ("donut, cake", "cookie biscuit muffin cupcake pie pastry"),
    ("chair", "stool armchair seat"),
    ("couch", "sofa settee"),
    ("potted plant", "plant flower cactus tree bush"),
    ("vase, potted plant", "flowerpot"),
    ("dining table", "table desk"),
    ("tv", "television monitor screen display"),
    ("laptop", "computer notebook pc tablet"),
    ("cell phone", "phone smartphone mobile iphone handy"),
    ("remote", "controller gamepad"),
    ("clock", "watch"),
    ("teddy bear", "teddy doll plush toy figurine"),
    ("scissors, knife", "screwdriver pliers wrench hammer tool"),
    ("toothbrush, knife", "pen pencil marker brush crayon"),
    ("refrigerator", "fridge freezer"),
    ("oven, microwave", "stove cooker"),
    ("stop sign", "sign"),
)
"""COCO's classes, and words for what looks most like them."""

_CLASSES_OF_WORD = {
    word: tuple(NAMES.index(name) for name in names.split(", "))
    for names, words in _KIN
    for word in words.split()
}
_CLASS_OF_NAME = {name: (index,) for index, name in enumerate(NAMES)}


def coco_classes_like(name: str) -> tuple[int, ...]:
    """Indices into NAMES for a category's name, in English; () where none is known to be alike.

    A name of COCO's counts first, then single words, the last one first: a "coffee mug" is a mug.
    """
    words = re.findall(r"[a-z]+", name.lower())
    for text in (" ".join(words), *reversed(words)):
        for form in (text, text.removesuffix("s"), text.removesuffix("es")):
            found = _CLASS_OF_NAME.get(form) or _CLASSES_OF_WORD.get(form)
            if found:
                return found
    return ()
