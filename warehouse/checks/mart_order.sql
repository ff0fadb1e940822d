-- The view has a row an order, with the order's lines and revenue. Each order has a weight of its own, as good as random:
-- what one order has too much does not make up for what another lacks.
with

orders as (
    select distinct order_id from fct_sales
),

fact as (
    select
        count(*) as lines,
        sum(net_amount_base) as revenue,
        sum(weight_of(order_id)) as weighed_lines,
        sum(weight_of(order_id) * cast(net_amount_base as decimal(28, 6))) as weighed_revenue
    from fct_sales
),

sides as (
    select
        1 as expected,
        0 as seen,
        (select count(order_id) from orders) as orders,
        lines,
        revenue,
        weighed_lines,
        weighed_revenue
    from fact
    union all
    select
        0 as expected,
        1 as seen,
        count(*) as orders,
        coalesce(sum(lines), 0) as lines,
        sum(revenue) as revenue,
        sum(weight_of(order_id) * lines) as weighed_lines,
        sum(weight_of(order_id) * cast(revenue as decimal(28, 6))) as weighed_revenue
    from mart_order
),

final as (
    select
        orders,
        lines,
        revenue,
        weighed_lines,
        weighed_revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by orders, lines, revenue, weighed_lines, weighed_revenue
    having sum(expected) <> sum(seen)
)

select * from final
