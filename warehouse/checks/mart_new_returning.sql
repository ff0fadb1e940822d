-- Each month stands in the mart once, with its buyers and its revenue, and both are the sum of their parts.
with

sides as (
    select
        1 as expected,
        0 as seen,
        month,
        buyers,
        revenue
    from mart_monthly_sales
    union all
    select
        0 as expected,
        1 as seen,
        month,
        buyers,
        revenue
    from mart_new_returning
    union all
    select
        1 as expected,
        0 as seen,
        month,
        buyers,
        revenue
    from mart_monthly_sales
    union all
    select
        0 as expected,
        1 as seen,
        month,
        new_buyers + returning_buyers as buyers,
        new_buyers_revenue + returning_buyers_revenue + no_purchase_revenue as revenue
    from mart_new_returning
),

final as (
    select
        month,
        buyers,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by month, buyers, revenue
    having sum(expected) <> sum(seen)
)

select * from final
