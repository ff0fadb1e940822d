import { cases, contract, date, decimal, int, join, text, via } from '../contract.ts';

/** `"$2,899.99 "`: a sign, thousands, and a blank that the spreadsheet left behind. */
const money = decimal({ required: true, places: 2, min: 0, signs: ['$'], thousands: ',' });

export default contract({
  name: 'electronics',
  version: 1,
  title: 'Global Electronics Retailer: five years, eight countries, shops and a web shop',
  homepage: 'mavenanalytics.io/data-playground/global-electronics-retailer',
  licence: 'see the data set’s page',
  currency: 'USD',
  tables: {
    customers: {
      files: 'Customers*.csv',
      // The first byte beyond ASCII stands at 267,604: no look at the beginning of the file can tell.
      encoding: 'windows-1252',
      key: ['CustomerKey'],
      columns: {
        CustomerKey: int({ required: true }),
        Gender: text(),
        Name: text(),
        City: text(),
        // `NA` is Napoli.
        'State Code': text(),
        State: text(),
        'Zip Code': text(),
        Country: text(),
        Continent: text(),
        Birthday: date('M/D/YYYY'),
      },
    },
    products: {
      files: 'Products*.csv',
      key: ['ProductKey'],
      columns: {
        ProductKey: int({ required: true }),
        'Product Name': text({ required: true }),
        Brand: text(),
        Color: text(),
        'Unit Cost USD': money,
        'Unit Price USD': money,
        SubcategoryKey: text(),
        Subcategory: text(),
        CategoryKey: text(),
        Category: text(),
      },
    },
    stores: {
      files: 'Stores*.csv',
      key: ['StoreKey'],
      columns: {
        StoreKey: int({ required: true }),
        Country: text(),
        State: text(),
        'Square Meters': decimal({ min: 0 }),
        'Open Date': date('M/D/YYYY'),
      },
    },
    rates: {
      files: 'Exchange_Rates*.csv',
      key: ['Date', 'Currency'],
      columns: {
        Date: date('M/D/YYYY', { required: true }),
        Currency: text({ required: true, alias: ['Currency Code'] }),
        Exchange: decimal({ required: true, places: 4, min: '0.0001' }),
      },
    },
    sales: {
      files: 'Sales*.csv',
      key: ['Order Number', 'Line Item'],
      columns: {
        'Order Number': int({ required: true }),
        'Line Item': int({ required: true, min: 1 }),
        'Order Date': date('M/D/YYYY', { required: true, min: '2016-01-01', max: '2021-02-20' }),
        // Only what the web shop sells is delivered.
        'Delivery Date': date('M/D/YYYY'),
        CustomerKey: int({ required: true, references: 'customers' }),
        StoreKey: int({ required: true, references: 'stores' }),
        ProductKey: int({ required: true, references: 'products' }),
        Quantity: int({ required: true, min: 1, max: 1_000 }),
        'Currency Code': text({ required: true, pattern: '[A-Z]{3}' }),
      },
    },
  },
  sale: {
    from: 'sales',
    sale_id: ['Order Number', 'Line Item'],
    order_id: 'Order Number',
    customer_id: 'CustomerKey',
    product_id: 'ProductKey',
    store_id: 'StoreKey',
    channel: cases('StoreKey', { '0': 'online' }, 'store'),
    sold: 'Order Date',
    delivered_day: 'Delivery Date',
    quantity: 'Quantity',
    unit_price: via('ProductKey', 'Unit Price USD'),
    unit_cost: via('ProductKey', 'Unit Cost USD'),
    currency: 'Currency Code',
    pricesIn: 'base',
    rates: { table: 'rates', day: 'Date', currency: 'Currency', rate: 'Exchange' },
  },
  dimensions: {
    customer: {
      from: 'customers',
      id: 'CustomerKey',
      attributes: {
        customer_name: 'Name',
        gender: 'Gender',
        birth_day: 'Birthday',
        postal_code: 'Zip Code',
        city: 'City',
        state_code: 'State Code',
        state: 'State',
        country: 'Country',
        continent: 'Continent',
      },
    },
    product: {
      from: 'products',
      id: 'ProductKey',
      attributes: {
        product_name: 'Product Name',
        brand: 'Brand',
        color: 'Color',
        category: 'Category',
        subcategory: 'Subcategory',
        unit_price: 'Unit Price USD',
        unit_cost: 'Unit Cost USD',
        category_key: 'CategoryKey',
        subcategory_key: 'SubcategoryKey',
      },
    },
    store: {
      from: 'stores',
      id: 'StoreKey',
      attributes: {
        // A store has no name of its own: there is one in each state.
        store_name: join(['State', 'Country'], ', '),
        state: 'State',
        country: 'Country',
        square_meters: 'Square Meters',
        open_day: 'Open Date',
      },
    },
  },
});
