-- Each customer stands in the mart once, and total_spent is the net revenue, to the last digit.
with

expected as (
    select
        customer_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by customer_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        customer_id,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        customer_id,
        total_lines as lines,
        total_spent as revenue
    from mart_customer_behavior
),

final as (
    select
        customer_id,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by customer_id, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
