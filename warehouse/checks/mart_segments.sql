-- Each segment stands in the mart once, with its customers, their orders and their sales before the analysis day.
with

days as (
    select max(as_of) as as_of
    from customer_rfm
),

sales as (
    select
        fct_sales.customer_id,
        sum(fct_sales.net_amount_base) as revenue
    from fct_sales
    cross join days
    where fct_sales.sales_day < days.as_of
    group by fct_sales.customer_id
),

-- One row a key: a customer who stood twice would be twice on both sides.
rfm as (
    select
        customer_id,
        max(segment) as segment,
        max(frequency) as orders
    from customer_rfm
    group by customer_id
),

expected as (
    select
        rfm.segment,
        count(*) as customers,
        sum(rfm.orders) as orders,
        sum(sales.revenue) as revenue
    from sales
    left join rfm on sales.customer_id = rfm.customer_id
    group by rfm.segment
),

sides as (
    select
        1 as expected,
        0 as seen,
        segment,
        customers,
        orders,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        segment,
        customers,
        orders,
        revenue
    from mart_segments
    where customers <> 0 or revenue <> 0
),

final as (
    select
        segment,
        customers,
        orders,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by segment, customers, orders, revenue
    having sum(expected) <> sum(seen)
)

select * from final
