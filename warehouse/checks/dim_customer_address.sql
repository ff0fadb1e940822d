-- A customer's addresses follow one another without overlap, gap or repetition, and hold every order once.
with

sales as (
    select * from fct_sales
    where location_id is not null and not is_return
),

addresses as (
    select
        *,
        lead(valid_from) over (partition by customer_id order by valid_from, valid_to) as next_from,
        lead(location_id) over (partition by customer_id order by valid_from, valid_to) as next_location_id
    from dim_customer_address
),

sales_totals as (
    select
        customer_id,
        count(distinct order_id) as orders,
        min(sales_day) as first_day
    from sales
    group by customer_id
),

address_totals as (
    select
        customer_id,
        sum(orders) as orders,
        min(valid_from) as first_day
    from dim_customer_address
    group by customer_id
),

final as (
    select
        customer_id,
        'valid_to is where the next address begins' as rule,
        cast(coalesce(next_from, date '9999-12-31') as string) as expected,
        cast(valid_to as string) as seen
    from addresses
    where coalesce(next_from, date '9999-12-31') <> valid_to or valid_from >= valid_to
    union all
    select
        customer_id,
        'the next address is another one' as rule,
        concat('not ', location_id) as expected,
        next_location_id as seen
    from addresses
    where location_id = next_location_id
    union all
    select
        customer_id,
        'the last address, and no other, is current' as rule,
        case when next_from is null then 'current' else 'past' end as expected,
        case when is_current then 'current' else 'past' end as seen
    from addresses
    where is_current <> (next_from is null)
    union all
    select
        coalesce(sales_totals.customer_id, address_totals.customer_id) as customer_id,
        'orders, from the first day on' as rule,
        concat(cast(sales_totals.orders as string), ' from ', cast(sales_totals.first_day as string)) as expected,
        concat(cast(address_totals.orders as string), ' from ', cast(address_totals.first_day as string)) as seen
    from sales_totals
    full join address_totals on sales_totals.customer_id = address_totals.customer_id
    where
        coalesce(sales_totals.orders, 0) <> coalesce(address_totals.orders, 0)
        or coalesce(sales_totals.first_day, date '0001-01-01') <> coalesce(address_totals.first_day, date '0001-01-01')
)

select * from final
