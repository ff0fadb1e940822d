-- Each discount rate stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        discount_rate,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by discount_rate
),

sides as (
    select
        1 as expected,
        0 as seen,
        discount_rate,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        discount_rate,
        lines,
        revenue
    from mart_discount
),

final as (
    select
        discount_rate,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by discount_rate, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
