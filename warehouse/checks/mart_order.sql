-- The view has as many rows as there are orders, with all their lines and revenue.
with

fact_orders as (
    select
        order_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by order_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        count(order_id) as orders,
        coalesce(sum(lines), 0) as lines,
        sum(revenue) as revenue
    from fact_orders
    union all
    select
        0 as expected,
        1 as seen,
        count(*) as orders,
        coalesce(sum(lines), 0) as lines,
        sum(revenue) as revenue
    from mart_order
),

final as (
    select
        orders,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by orders, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
