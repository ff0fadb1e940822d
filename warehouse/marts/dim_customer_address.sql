-- Where each customer had orders sent, and from when to when: valid_from belongs to the interval, valid_to does not.
-- Of several addresses on one day the one of the last line of the files holds.
-- grain: customer_id, valid_from
-- needs: fct_sales.location_id
with

sales as (
    select * from fct_sales
    where location_id is not null and not is_return
),

day_lines as (
    select
        customer_id,
        sales_day,
        location_id,
        row_number() over (
            partition by customer_id, sales_day order by source_file desc, source_line desc
        ) as place
    from sales
),

days as (
    select
        customer_id,
        sales_day,
        location_id,
        lag(location_id) over (partition by customer_id order by sales_day) as previous_location_id
    from day_lines
    where place = 1
),

-- A day whose address is not the day before's begins an interval, which lasts until the next one begins.
starts as (
    select
        customer_id,
        location_id,
        sales_day as valid_from,
        lead(sales_day) over (partition by customer_id order by sales_day) as next_from
    from days
    where previous_location_id is null or previous_location_id <> location_id
),

intervals as (
    select
        customer_id,
        location_id,
        valid_from,
        coalesce(next_from, date '9999-12-31') as valid_to,
        next_from is null as is_current
    from starts
),

-- An order belongs to the interval of its first day.
orders as (
    select
        customer_id,
        order_id,
        min(sales_day) as first_day
    from sales
    group by customer_id, order_id
),

final as (
    select
        intervals.customer_id,
        intervals.location_id,
        intervals.valid_from,
        intervals.valid_to,
        intervals.is_current,
        count(orders.order_id) as orders
    from intervals
    left join orders
        on
            intervals.customer_id = orders.customer_id
            and orders.first_day >= intervals.valid_from
            and orders.first_day < intervals.valid_to
    group by
        intervals.customer_id, intervals.location_id, intervals.valid_from, intervals.valid_to, intervals.is_current
)

select * from final
