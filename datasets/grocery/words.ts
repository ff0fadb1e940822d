/** What the made-up shop sells, where and to whom. All of it is invented. */

/** Eleven departments, six things each; with the ways in which they come, about 450 products. */
export const DEPARTMENTS: readonly (readonly [name: string, things: readonly string[]])[] = [
  ['Bakery', ['Rye loaf', 'Oat roll', 'Seed bun', 'Spelt bread', 'Plum cake', 'Flatbread']],
  ['Sweets', ['Nougat', 'Toffee', 'Dark chocolate', 'Mint drops', 'Marzipan', 'Fruit jellies']],
  ['Dairy', ['Whole milk', 'Butter', 'Plain yogurt', 'Cream', 'Curd', 'Hill cheese']],
  ['Drinks', ['Apple juice', 'Ginger beer', 'Black tea', 'Ground coffee', 'Tonic water', 'Elderflower syrup']],
  ['Greens', ['Spinach', 'Leek', 'Kale', 'Fennel', 'Celery', 'Lettuce']],
  ['Fruit', ['Apples', 'Pears', 'Plums', 'Quinces', 'Cherries', 'Apricots']],
  ['Meat', ['Beef shin', 'Pork belly', 'Lamb chops', 'Veal mince', 'Smoked ham', 'Bratwurst']],
  ['Poultry', ['Chicken wings', 'Duck breast', 'Turkey steak', 'Goose legs', 'Quail', 'Hen for soup']],
  ['Fish', ['Trout', 'Herring', 'Cod', 'Mackerel', 'Zander', 'Mussels']],
  ['Larder', ['Lentils', 'Barley', 'Wheat flour', 'Rapeseed oil', 'Sea salt', 'Honey']],
  ['Frozen', ['Peas', 'Potato wedges', 'Berry mix', 'Vanilla ice', 'Dumplings', 'Fish fingers']],
];

/** Some need quotes in a CSV file. */
export const WAYS = ['small', 'large', 'organic', 'family pack', 'tray, 12 pieces', 'box 10" x 6"', 'crème'] as const;

export const FIRST_NAMES =
  'Ada Ben Cora Dirk Elsa Finn Greta Hugo Ida Jonas Kira Leo Mara Nils Olga Paul Rosa Sven Tilda Udo Vera Wim Yara Zeno'.split(
    ' ',
  );

export const LAST_NAMES =
  'Abel Baker Clark Dorn Ebner Frost Gruber Hale Imhof Jarvis Keller Lorenz Marsh Nolan Ortega Page Quist Reed Sommer Tate Unger Voss Weiss Young'.split(
    ' ',
  );

export const STREETS = [
  'Mill Lane',
  'Station Road',
  'Elm Street',
  'Harbour Walk',
  'Church Hill',
  'Orchard Way',
  'Quarry Road',
];

/** Twelve beginnings and eight ends of names: 96 cities. */
export const CITY_BEGINNINGS = 'Alder Brook Cedar Dun East Fair Glen Haw Iron Kings Lake Mill'.split(' ');
export const CITY_ENDS = 'bridge burg dale field ford haven port wick'.split(' ');

/** The codes are shuffled as in the real file; `NA` is one of them, and no missing value. */
export const COUNTRIES: readonly (readonly [name: string, code: string])[] = [
  ['Armenia', 'AN'],
  ['Australia', 'NA'],
  ['Canada', 'FO'],
  ['Côte d’Ivoire', 'ZW'],
  ['Germany', 'KE'],
  ['United States', 'AR'],
];
